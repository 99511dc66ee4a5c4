import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { getVariableValues, GraphQLError } from 'graphql';
import { mostValuesOf } from './answer-size.js';

/** Far above what our own console needs. */
export const MOST_VALUES = 20_000;

/**
 * Refuses an operation whose answer could grow beyond measure, before any of it is executed. A rule of validation would not
 * do: it sees no variables, and a document that was valid once is not validated again.
 */
export function answerSizePlugin(): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ schema, document, operation, request }) => {
          if (!operation) return Promise.resolve();
          const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {}, {
            maxErrors: 1,
          });
          // Variables that do not fit are refused as they are about to be used.
          if (!coerced) return Promise.resolve();
          const values = mostValuesOf(schema, { document, operation, variables: coerced });
          return values > MOST_VALUES ? Promise.reject(tooLarge(values)) : Promise.resolve();
        },
      }),
  };
}

const tooLarge = (values: number): GraphQLError =>
  new GraphQLError(
    `The answer could hold ${values} values, and ${MOST_VALUES} are the most. Ask for smaller pages by \`first\`.`,
    { extensions: { code: ApolloServerErrorCode.BAD_USER_INPUT, http: { status: 400 } } },
  );
