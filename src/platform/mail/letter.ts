import { escapeHtml, shortened } from '../text/printable.js';
import type { Mail } from './mail.js';

const NAME_LENGTH = 80;

/** A mail as it is written: plain words, and at most one thing to do. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  /** What has happened, or what is offered: a paragraph each. */
  readonly opening: readonly string[];
  readonly action?: { readonly text: string; readonly url: string };
  /** Until when, and what to do for whom it was not meant. */
  readonly closing: string;
}

/** The letter as text and as HTML, saying the same. */
export function mailOf({ to, subject, opening, action, closing }: Letter): Mail {
  const link = action ? [`${action.text}:\n${action.url}`] : [];
  const button = action
    ? [`<p><a href="${escapeHtml(action.url)}" style="font-weight: bold">${escapeHtml(action.text)}</a></p>`]
    : [];
  const paragraphs = [...opening.map((words) => `<p>${escapeHtml(words)}</p>`), ...button];
  return {
    to,
    subject,
    text: `${[...opening, ...link, closing].join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="font-family: system-ui, sans-serif; line-height: 1.5; max-width: 36em; margin: 2em auto; padding: 0 1em">
${paragraphs.join('\n')}
<p style="color: #555">${escapeHtml(closing)}</p>
</body></html>
`,
  };
}

/**
 * A name, or a sentence of somebody's, as a mail can carry it: on one line, nothing invisible, not long. Word joiners (U+2060) behind dots, slashes,
 * colons and @ keep mail programs from turning a name such as `evil.example` into a link of its own.
 */
export function tamed(name: string, length = NAME_LENGTH): string {
  const plain = name.replace(/[\p{C}\s]+/gu, ' ').trim();
  return shortened(plain, length).replace(/[./:@](?=\S)/g, '$&\u2060');
}

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** An instant in words: "27 November 2026 at 10:00 UTC". */
export const moment = (date: Date): string => `${format.format(date)} UTC`;
