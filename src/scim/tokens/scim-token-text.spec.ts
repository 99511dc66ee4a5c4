import { describe, expect, it } from '@jest/globals';
import { displayOf, isScimToken, issueScimToken } from './scim-token-text.js';

describe('the token of a directory', () => {
  const token = issueScimToken();
  const text = token.reveal();

  it('has the published shape, with a right checksum, and prints as stars', () => {
    expect(text).toMatch(/^scim-gh-[0-9A-Za-z]{49}$/);
    expect(isScimToken(text)).toBe(true);
    expect(token.toString()).toBe('***');
    expect(issueScimToken().reveal()).not.toBe(text);
  });

  it('is refused with a typing mistake, a piece missing or something before it', () => {
    for (let place = 0; place < text.length; place += 1) {
      const typo = text.slice(0, place) + (text[place] === 'x' ? 'y' : 'x') + text.slice(place + 1);
      expect(isScimToken(typo)).toBe(false);
    }
    for (const wrong of [text.slice(0, -1), `${text}0`, ` ${text}`, `${text}\n`, ''])
      expect(isScimToken(wrong)).toBe(false);
  });

  it('is shown by its start and its last four characters', () => {
    expect(displayOf(token)).toBe(`scim-gh-…${text.slice(-4)}`);
  });
});
