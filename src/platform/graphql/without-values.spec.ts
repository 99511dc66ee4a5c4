import { describe, expect, it } from '@jest/globals';
import { buildSchema, graphql } from 'graphql';
import { withoutValues } from './without-values.js';

const schema = buildSchema(`
  enum Colour { RED }
  input Inner { number: Int }
  input Thing { secret: String, colour: Colour, needed: Boolean!, inner: [Inner!] }
  type Query { make(thing: Thing): Boolean }
`);

/** What graphql-js says of an input, and what is left of it. */
async function complaint(thing: unknown): Promise<string> {
  const source = 'query ($thing: Thing) { make(thing: $thing) }';
  const { errors } = await graphql({ schema, source, variableValues: { thing } });
  return withoutValues(errors?.[0]?.message ?? '');
}

describe('what a caller reads of a wrong input', () => {
  const secret = 'S3cret; at "thing.secret"; Field';

  it.each([
    [
      { needed: true, secret, typo: 1 },
      'Variable "$thing" got an invalid value: Field "typo" is not defined by type "Thing".',
    ],
    [
      { secret },
      'Variable "$thing" got an invalid value: Field "needed" of required type "Boolean!" was not provided.',
    ],
    [
      { needed: null, secret },
      'Variable "$thing" got an invalid value at "thing.needed": Expected non-nullable type "Boolean!" not to be null.',
    ],
    [secret, 'Variable "$thing" got an invalid value: Expected type "Thing" to be an object.'],
    [
      { needed: true, secret: [secret] },
      'Variable "$thing" got an invalid value at "thing.secret": String cannot represent a non string value.',
    ],
    [
      { needed: true, colour: secret },
      'Variable "$thing" got an invalid value at "thing.colour": the value does not exist in "Colour" enum.',
    ],
    [
      { needed: true, colour: 7 },
      'Variable "$thing" got an invalid value at "thing.colour": Enum "Colour" cannot represent non-string value.',
    ],
    [
      { needed: true, inner: [{ number: secret }] },
      'Variable "$thing" got an invalid value at "thing.inner[0].number": Int cannot represent non-integer value.',
    ],
  ])('names the field and never the value (%j)', async (thing, expected) => {
    expect(await complaint(thing)).toBe(expected);
  });

  it.each([
    ['{ make(thing: { needed: "S3cret" }) }', 'Boolean cannot represent a non boolean value.'],
    ['{ make(thing: { needed: true, colour: "S3cret" }) }', 'Enum "Colour" cannot represent non-enum value.'],
    ['{ make(thing: { needed: true, colour: S3cret }) }', 'The value does not exist in "Colour" enum.'],
    ['{ make(thing: "S3cret") }', 'Expected value of type "Thing".'],
    ['{ made }', 'Cannot query field "made" on type "Query".'],
  ])('holds for the document too: %s', async (source, expected) => {
    const { errors } = await graphql({ schema, source, hideSuggestions: true });
    expect(withoutValues(errors?.[0]?.message ?? '')).toBe(expected);
  });
});
