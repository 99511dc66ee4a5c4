import { describe, expect, it } from '@jest/globals';
import { escapeHtml, shortened, withInvisiblesShown } from './printable.js';

describe('foreign text', () => {
  it('can stand in an element and in a quoted attribute', () => {
    expect(escapeHtml(`<a href="x" title='y'>&amp;</a>`)).toBe(
      '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;',
    );
  });

  it('has what cannot be seen spelt out: controls, directions, half characters', () => {
    expect(withInvisiblesShown('a\0b\r\n\u202egpj\u200b\ud800 \u{1f680} é')).toBe(
      'a\\u{0}b\\u{d}\\u{a}\\u{202e}gpj\\u{200b}\\u{d800} \u{1f680} é',
    );
  });

  it('is cut between characters, and says so', () => {
    expect(shortened('abcd', 4)).toBe('abcd');
    expect(shortened('abcde', 4)).toBe('abc…');
    expect(shortened('\u{1f680}'.repeat(5), 3)).toBe('\u{1f680}\u{1f680}…');
  });
});
