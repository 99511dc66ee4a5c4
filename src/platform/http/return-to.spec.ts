import { describe, expect, it } from '@jest/globals';
import { safeReturnTo } from './return-to.js';

describe('where a visitor is sent afterwards', () => {
  it.each(['/', '/console', '/projects/7?tab=keys&q=%5C', '/a%20b#c', '/x?next=//evil.test', '/%C3%A4'])(
    'is %s',
    (path) => {
      expect(safeReturnTo(path)).toBe(path);
    },
  );

  it.each([
    ['a protocol-relative address', '//evil.test'],
    ['one written with a backslash', '/\\evil.test'],
    ['one with the slashes encoded', '%2F%2Fevil.test'],
    ['one with a slash encoded behind a slash', '/%2Fevil.test'],
    ['one with both encoded behind a slash', '/%2F%2Fevil.test'],
    ['an encoded backslash', '/%5Cevil.test'],
    ['one that dots hide', '/.//evil.test'],
    ['one that encoded dots hide', '/%2e//evil.test'],
    ['one that a way up hides', '/a/..//evil.test'],
    ['a tab that browsers drop', '/\t/evil.test'],
    ['a line break', '/a\r\nSet-Cookie: x=y'],
    ['an encoded line break', '/a%0d%0aSet-Cookie:x=y'],
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/html,x'],
    ['an absolute address', 'https://evil.test/'],
    ['a look-alike of our host', 'http://localhost:3000.evil.test/'],
    ['our host as a user name', 'http://localhost:3000@evil.test/'],
    ['a broken escape', '/%E0%A4%A'],
    ['a relative path', 'console'],
    ['nothing', ''],
    ['more than a path is long', `/${'x'.repeat(2_000)}`],
    ['a list', ['/console']],
    ['no text', undefined],
  ])('is the start for %s', (_name, value) => {
    expect(safeReturnTo(value)).toBe('/');
  });
});
