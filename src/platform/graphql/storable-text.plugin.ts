import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { BREAK, GraphQLError, visit, type DocumentNode } from 'graphql';

/**
 * Refuses text that no column holds: NUL, and half a surrogate pair (which UTF-8 cannot say, so that another text would
 * be stored than was sent). Once for every string of an operation, wherever it stands, before any handler sees it.
 */
export function storableTextPlugin(): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ document, request }) => {
          if (isStorableDocument(document) && isStorable(request.variables)) return Promise.resolve();
          const extensions = { code: ApolloServerErrorCode.BAD_USER_INPUT, http: { status: 400 } };
          return Promise.reject(new GraphQLError('Text may not hold NUL or half a surrogate pair.', { extensions }));
        },
      }),
  };
}

const isStorableText = (text: string): boolean => !text.includes('\0') && !/\p{Cs}/u.test(text);

function isStorableDocument(document: DocumentNode): boolean {
  let storable = true;
  visit(document, {
    StringValue: ({ value }) => {
      storable = isStorableText(value);
      return storable ? undefined : BREAK;
    },
  });
  return storable;
}

/** Without recursion: a caller decides how deep the value goes. */
function isStorable(value: unknown): boolean {
  const rest = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === 'string' && !isStorableText(next)) return false;
    if (next !== null && typeof next === 'object') {
      for (const [name, inner] of Object.entries(next)) rest.push(name, inner);
    }
  }
  return true;
}
