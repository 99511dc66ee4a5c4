/** So long something is remembered at the most, from before it was asked for: what has changed since is seen in time. */
const REMEMBERED_MS = 1_000;

/** More subjects than this, or more questions about one, are not remembered: the oldest goes. */
const SUBJECTS = 10_000;
const QUESTIONS = 5;

interface Entry<Value> {
  readonly askedAt: number;
  readonly value: Promise<Value | null>;
}

/**
 * Remembers answers about a subject for a second, in this process. Whoever asks the same meanwhile waits for the one answer;
 * what is not there (null) and what failed is asked anew.
 */
export class ShortMemory<Value> {
  private readonly subjects = new Map<string, Map<string, Entry<Value>>>();

  /** @param now milliseconds on a clock that nobody sets */
  constructor(private readonly now: () => number = () => performance.now()) {}

  recall(subject: string, question: string, ask: () => Promise<Value | null>): Promise<Value | null> {
    const known = this.subjects.get(subject)?.get(question);
    const askedAt = this.now();
    if (known && askedAt - known.askedAt < REMEMBERED_MS) return known.value;
    const value = ask();
    this.remember(subject, question, { askedAt, value });
    const forget = () => this.forgetEntry(subject, question, value);
    value.then((found) => found ?? forget(), forget);
    return value;
  }

  forget(subject: string): void {
    this.subjects.delete(subject);
  }

  forgetAll(): void {
    this.subjects.clear();
  }

  private remember(subject: string, question: string, entry: Entry<Value>): void {
    const questions = this.subjects.get(subject) ?? new Map<string, Entry<Value>>();
    this.subjects.delete(subject);
    questions.delete(question);
    dropOldest(this.subjects, SUBJECTS);
    dropOldest(questions, QUESTIONS);
    this.subjects.set(subject, questions.set(question, entry));
  }

  private forgetEntry(subject: string, question: string, value: Promise<Value | null>): void {
    const questions = this.subjects.get(subject);
    if (questions?.get(question)?.value === value) questions.delete(question);
  }
}

/** Makes room for one more. */
function dropOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size >= most) map.delete(oldest);
}
