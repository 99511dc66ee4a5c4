import { expect, it } from '@jest/globals';
import { encode } from 'uqr';
import { qrCodeOf } from './qr-code.js';

/** The dark modules of a path, read as SVG reads it. */
function drawn(path: string, size: number): boolean[][] {
  const modules = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  let [x, y] = [0, 0];
  for (const [, command, first = '0', second = '0'] of path.matchAll(/([Mmh])(\d+)(?: ([\d.]+))?/g)) {
    if (command === 'M') [x, y] = [Number(first), Math.floor(Number(second))];
    else if (command === 'm') x += Number(first);
    else for (let end = x + Number(first); x < end; x += 1) modules[y]![x] = true;
  }
  return modules;
}

it('draws the very modules of the code, in a quiet zone, in little more than 4 kB', () => {
  const text = `otpauth://totp/auth.acme.test:${'m'.repeat(64)}?issuer=auth.acme.test&secret=${'A'.repeat(32)}&algorithm=SHA1&digits=6&period=30`;
  const { size, path } = qrCodeOf(text);
  expect(drawn(path, size)).toEqual(encode(text, { ecc: 'L', border: 4 }).data);
  expect(drawn(path, size).slice(0, 4).flat()).not.toContain(true);
  expect(path.length).toBeLessThan(6_000);
});
