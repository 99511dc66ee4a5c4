import { GraphQLScalarType } from 'graphql';

/** Facts of an audit event: an object that Gatehouse writes and never reads from a caller. */
export const Json = new GraphQLScalarType({
  name: 'JSON',
  description: 'A JSON object. Appears in answers only.',
  serialize: (value) => value,
  parseValue: () => {
    throw new TypeError('JSON appears in answers only');
  },
});
