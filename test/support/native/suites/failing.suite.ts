import { expect, it } from '@jest/globals';

// What TypeScript alone knows takes lines that what runs does not have.
interface Answer {
  readonly value: number;
}

it('fails where it says', () => {
  const answer: Answer = { value: 41 };
  expect(answer.value).toBe(42);
});
