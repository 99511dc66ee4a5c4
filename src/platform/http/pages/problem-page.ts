import type { Request } from 'express';
import type { AppError, ErrorCode } from '../../errors/app-error.js';
import type { PageModels } from './page-models.js';

/** Whether a person at a browser waits for the answer: browsers ask for HTML by name, programs take what there is. */
export function wantsPage(request: Request): boolean {
  return !/^\/(api|graphql)(\/|$)/i.test(request.path) && request.accepts(['json', 'html']) === 'html';
}

/** What a person is most likely to meet, in words that help them on. */
const words: Partial<Record<ErrorCode, { readonly title: string; readonly explanation: string }>> = {
  NOT_FOUND: { title: 'Page not found', explanation: 'There is no such page, or you may not see it.' },
  CROSS_ORIGIN: {
    title: 'That came from elsewhere',
    explanation:
      'The form was not sent from the address that this server calls its own. Open the page at that address and try again.',
  },
};

/** An error as a page tells it: no more of it than a problem document would. */
export function problemPage(error: AppError, reference: string): PageModels['problem'] {
  return { title: 'That did not work', explanation: error.message, ...words[error.code], reference };
}
