import { AppError } from '../../platform/errors/app-error.js';
import { parseJson } from '../verify/request-body.js';
import type { ReportedToken } from './reported-token.types.js';

const REPORTED_AT_ONCE = 100;
const TOKEN_LENGTH = 300;
const PLACE_LENGTH = 500;

/** What a scanner calls the kind of a token; no secret has this shape. */
const typeShape = /^\w{1,100}$/;

/**
 * Reads a report in the shape of GitHub's secret scanning: a list of `{ token, type?, url? }`, in which other fields are
 * let pass.
 * @throws VALIDATION_FAILED for anything else, and for more than 100 tokens
 */
export function readReport(text: string): ReportedToken[] {
  const list = parseJson(text, malformed);
  if (!Array.isArray(list) || list.length === 0 || list.length > REPORTED_AT_ONCE) throw malformed();
  return list.map(readEntry);
}

function readEntry(entry: unknown): ReportedToken {
  if (entry === null || typeof entry !== 'object' || !('token' in entry)) throw malformed();
  const { token } = entry;
  if (typeof token !== 'string' || token.length > TOKEN_LENGTH) throw malformed();
  const type = 'type' in entry && typeof entry.type === 'string' && typeShape.test(entry.type) ? entry.type : null;
  const url = 'url' in entry && typeof entry.url === 'string' ? entry.url : '';
  return { token, type, foundAt: placeIn(url, token) };
}

/** An address of the web without what may hold a secret: its query, its fragment, a password, or the token itself. */
function placeIn(url: string, token: string): string | null {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return null;
  const { origin, pathname } = new URL(url);
  const place = origin + pathname;
  return place.length > PLACE_LENGTH || place.includes(token) ? null : place;
}

const malformed = (): AppError =>
  new AppError('VALIDATION_FAILED', {
    message: 'The body must be a JSON list of 1 to 100 objects with token, a string; type and url are optional.',
  });
