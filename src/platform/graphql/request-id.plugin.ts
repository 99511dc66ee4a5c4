import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import type { Request } from 'express';
import { logProblem } from '../http/problem.js';
import type { Logger } from '../logging/logger.js';
import { publicErrorOf } from './format-error.js';

interface Context extends BaseContext {
  readonly req?: Request;
}

/** Puts the request's id beside the code of every error, and what the caller may not read into the log. */
export function requestIdPlugin(logger: Logger): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors: ({ errors, contextValue, operationName }) => {
          for (const error of errors) {
            const where = error.path?.join('.') ?? operationName ?? 'graphql';
            logProblem(logger, publicErrorOf(error), contextValue.req ?? {}, where);
          }
          return Promise.resolve();
        },
        willSendResponse: ({ response, contextValue }) => {
          const { body } = response;
          if (body.kind !== 'single' || !body.singleResult.errors) return Promise.resolve();
          const requestId = contextValue.req?.requestId;
          body.singleResult.errors = body.singleResult.errors.map((error) => ({
            ...error,
            extensions: { ...error.extensions, requestId },
          }));
          return Promise.resolve();
        },
      }),
  };
}
