import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { GqlContextType } from '@nestjs/graphql';
import type { Request, Response } from 'express';
import { AppError } from '../errors/app-error.js';
import { Logger } from '../logging/logger.js';
import { logProblem, sendProblem, toAppError } from './problem.js';
import { routedMethods } from './routed-methods.js';

/** The one place where what a handler throws becomes an answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): Error | undefined {
    // GraphQL writes its own answer; `formatError` there gives the error its public shape.
    if (host.getType<GqlContextType>() === 'graphql') return toAppError(thrown);

    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = this.wrongMethod(thrown, request, response) ?? toAppError(thrown);
    logProblem(this.logger, error, request, `${request.method} ${request.path}`);
    if (!response.headersSent) sendProblem(response, error, request.requestId ?? '');
    return undefined;
  }

  /** Nest says that no route answers; where one answers another method it is that (RFC 9110, 15.5.6). */
  private wrongMethod(thrown: unknown, request: Request, response: Response): AppError | null {
    const methods = thrown instanceof NotFoundException ? routedMethods(request) : [];
    if (methods.length === 0) return null;
    response.setHeader('Allow', methods.join(', '));
    return new AppError('METHOD_NOT_ALLOWED');
  }
}
