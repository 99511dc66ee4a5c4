import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { GqlContextType } from '@nestjs/graphql';
import type { Request, Response } from 'express';
import { AppError } from '../errors/app-error.js';
import { Logger } from '../logging/logger.js';
import { PageRenderer } from './pages/page-renderer.js';
import { problemPage, wantsPage } from './pages/problem-page.js';
import { sendPage } from './pages/send-page.js';
import { shapeFor, type ProblemShape } from './problem-shape.js';
import { logProblem, sendProblem, toAppError } from './problem.js';
import { routedMethods } from './routed-methods.js';

/** The one place where what a handler throws becomes an answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly pages: PageRenderer,
    /** Of addresses that have one of their own. */
    private readonly shapes: readonly ProblemShape[],
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): Error | undefined {
    // GraphQL writes its own answer; `formatError` there gives the error its public shape.
    if (host.getType<GqlContextType>() === 'graphql') return toAppError(thrown);

    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = this.wrongMethod(thrown, request, response) ?? toAppError(thrown);
    logProblem(this.logger, error, request, `${request.method} ${request.path}`);
    if (!response.headersSent) this.answer(request, response, error);
    return undefined;
  }

  private answer(request: Request, response: Response, error: AppError): void {
    const requestId = request.requestId ?? '';
    const shape = shapeFor(request, this.shapes);
    if (shape) shape.send(response, error, requestId);
    else if (wantsPage(request))
      sendPage(response, this.pages.render('problem', problemPage(error, requestId)), error.status);
    else sendProblem(response, error, requestId);
  }

  /** Nest says that no route answers; where one answers another method it is that (RFC 9110, 15.5.6). */
  private wrongMethod(thrown: unknown, request: Request, response: Response): AppError | null {
    const methods = thrown instanceof NotFoundException ? routedMethods(request) : [];
    if (methods.length === 0) return null;
    response.setHeader('Allow', methods.join(', '));
    return new AppError('METHOD_NOT_ALLOWED');
  }
}
