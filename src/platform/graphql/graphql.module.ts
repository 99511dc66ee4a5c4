import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { ApolloServerPlugin } from '@apollo/server';
import { Module } from '@nestjs/common';
import { GraphQLModule as NestGraphQLModule } from '@nestjs/graphql';
import { ApolloArmor } from '@escape.tech/graphql-armor';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { Logger } from '../logging/logger.js';
import { answerSizePlugin } from './answer-size.plugin.js';
import { formatError } from './format-error.js';
import { DateTime } from './date-time.scalar.js';
import { ErrorCodeEnum } from './error-code.enum.js';
import { requestIdPlugin } from './request-id.plugin.js';
import { storableTextPlugin } from './storable-text.plugin.js';

/** Limits on what one document may ask for; each is far above what our own console needs. */
const armor = new ApolloArmor({
  maxAliases: { enabled: true, n: 15, allowList: [] },
  maxDepth: { enabled: true, n: 10 },
  maxDirectives: { enabled: true, n: 20 },
  // Done by `answerSizePlugin`: the armor takes a page whose size is a variable, or left out, for one of one thing.
  costLimit: { enabled: false },
  // graphql-js counts tokens as it reads; the armor would read every document twice, and hand on errors that are not its own.
  maxTokens: { enabled: false },
  // Done in `formatError`, for the suggestions of enum values too.
  blockFieldSuggestion: { enabled: false },
});

const MAX_TOKENS = 1_000;

/** Who has made ten mistakes wants to hear of them before a hundred more. */
const MAX_COMPLAINTS = 10;

@Module({
  imports: [
    NestGraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: ApolloDriver,
      inject: [Config, Logger],
      useFactory: (config: Config, logger: Logger) => {
        const protection = armor.protect();
        return {
          path: '/graphql',
          autoSchemaFile: true,
          sortSchema: true,
          buildSchemaOptions: {
            orphanedTypes: [ErrorCodeEnum],
            scalarsMap: [{ type: Date, scalar: DateTime }],
            // Apollo Server checks the schema when it starts; once is enough for whoever waits for a first answer.
            skipCheck: true,
          },
          parseOptions: { maxLexicalTokens: MAX_TOKENS },
          validationOptions: { maxErrors: MAX_COMPLAINTS },
          graphiql: false,
          playground: false,
          introspection: config.explorer,
          includeStacktraceInErrorResponses: false,
          csrfPrevention: true,
          allowBatchedHttpRequests: false,
          cache: 'bounded',
          persistedQueries: false,
          fieldResolverEnhancers: ['guards'],
          context: ({ req, res }: { req: Request; res: Response }) => ({ req, res }),
          validationRules: protection.validationRules,
          // The armor is typed against the CommonJS build of the same Apollo Server.
          plugins: [
            ...(protection.plugins as unknown as ApolloServerPlugin[]),
            answerSizePlugin(),
            storableTextPlugin(),
            requestIdPlugin(logger),
          ],
          formatError,
          stopOnTerminationSignals: false,
        };
      },
    }),
  ],
})
export class GraphQLModule {}
