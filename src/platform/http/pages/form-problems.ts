import { AppError } from '../../errors/app-error.js';

/** A problem that a page can tell; anything else is a failure and goes its way. */
export function asProblem(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

/** A problem beside the field that it is about, or above the form. */
export function problemsForForm(problem: AppError | undefined): { alert?: string; errors?: Record<string, string> } {
  if (!problem) return {};
  if (problem.fields.length === 0) return { alert: problem.message };
  return { errors: Object.fromEntries(problem.fields.map(({ field, message }) => [field, sentence(message)])) };
}

/** The API's words begin with the name of a field; beside a label they are a sentence. */
const sentence = (message: string): string => message.charAt(0).toUpperCase() + message.slice(1);

/** Where a refusal says to sign in instead: a path of ours. Undefined where it says nothing. */
export function signInInstead({ facts }: AppError): string | undefined {
  return typeof facts.loginUrl === 'string' ? facts.loginUrl : undefined;
}
