import { encode } from 'uqr';

/** A QR code as one path of SVG, drawn with a stroke of width one. */
export interface QrCode {
  /** Modules along a side, with the quiet zone of four around (ISO/IEC 18004, 9.1). */
  readonly size: number;
  readonly path: string;
}

const QUIET_ZONE = 4;

/** Runs of dark modules become lines: a fraction of the bytes of a square for each. */
export function qrCodeOf(text: string): QrCode {
  const { size, data } = encode(text, { ecc: 'L', border: QUIET_ZONE });
  return { size, path: data.map((row, y) => lineOf(row, y)).join('') };
}

function lineOf(row: readonly boolean[], y: number): string {
  const dark = row.map((isDark) => (isDark ? '1' : '0')).join('');
  let at = 0;
  return [...dark.matchAll(/1+/g)]
    .map(({ 0: run, index }) => {
      const move = at === 0 ? `M${index} ${y}.5` : `m${index - at} 0`;
      at = index + run.length;
      return `${move}h${run.length}`;
    })
    .join('');
}
