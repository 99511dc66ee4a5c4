import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const shape = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * An instant as RFC 3339 writes it. Nest's own scalar hands on whatever it gets as an Invalid Date, which would reach
 * services and columns; here everything else is VALIDATION_FAILED.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'An instant as RFC 3339 writes it, such as `2030-01-31T09:30:00Z`. Answers are in UTC, to the millisecond.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError('A DateTime of an answer must be a Date');
  },
  parseValue: readInstant,
  parseLiteral: (node) => readInstant(node.kind === Kind.STRING ? node.value : null),
});

function readInstant(value: unknown): Date {
  const day = typeof value === 'string' ? shape.exec(value)?.[1] : undefined;
  const instant = new Date(day === undefined ? Number.NaN : String(value));
  if (Number.isNaN(instant.getTime()) || !isInCalendar(day ?? '')) {
    throw new GraphQLError('DateTime must be an instant such as 2030-01-31T09:30:00Z.');
  }
  return instant;
}

/** `Date` reads 30 February as 2 March. */
function isInCalendar(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
