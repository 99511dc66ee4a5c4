/** The first that fits: browsers built on another one carry its name too. */
const browsers: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/ Edg(e|A|iOS)?\//, 'Edge'],
  [/ OPR\/|\bOPT\//, 'Opera'],
  [/ SamsungBrowser\//, 'Samsung Internet'],
  [/ Vivaldi\//, 'Vivaldi'],
  [/ (Firefox|FxiOS)\//, 'Firefox'],
  [/ HeadlessChrome\//, 'Headless Chrome'],
  [/ (Chrome|CriOS)\//, 'Chrome'],
  [/ Version\/[\d.]+ .*Safari\//, 'Safari'],
];

const systems: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/iPad/, 'iPad'],
  [/iPhone/, 'iPhone'],
  [/Android/, 'Android'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Macintosh|Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
];

/**
 * A `User-Agent` in words: "Firefox on Windows". It is what the sender calls itself, and no proof. Versions are left out:
 * browsers freeze them, and nobody knows their own. What names no browser is called by its product ("curl").
 */
export function deviceOf(userAgent: string | null): string {
  const text = userAgent ?? '';
  const browser = nameIn(browsers, text);
  const system = nameIn(systems, text);
  if (browser !== null) return system === null ? browser : `${browser} on ${system}`;
  const product = /^([A-Za-z][\w.-]{0,29})(\/|$)/.exec(text)?.[1];
  if (product !== undefined && product !== 'Mozilla') return product;
  return system === null ? 'Unknown device' : `Unknown browser on ${system}`;
}

function nameIn(known: typeof browsers, text: string): string | null {
  return known.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
