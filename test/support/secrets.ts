import { randomBytes } from 'node:crypto';
import { HttpClient, type HttpAnswer, type HttpClientOptions } from './servers/http-client.js';

/** As much of a secret as nothing may quote: what is left of a password after that could be guessed. */
const PIECE = 10;

/** Everything that nobody may read, by what it is, for finding it where it must not be. */
export class Secrets {
  private readonly values = new Map<string, string>();

  /** @param names secrets that the test itself chooses: each gets a random value */
  constructor(...names: readonly string[]) {
    for (const name of names) this.add(name, `z${randomBytes(30).toString('base64url')}`);
  }

  /** @throws Error for what is too short to be a secret: it would be found nowhere, and prove nothing */
  add(name: string, value: string | null | undefined): void {
    if (!value || value.length < 16) throw new Error(`There is no ${name}: ${value}`);
    this.values.set(this.values.has(name) ? `${name} ${this.values.size}` : name, value);
  }

  get(name: string): string {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`There is no ${name}.`);
    return value;
  }

  /** The names of those that the text gives away: by any piece of ten characters, or by the whole in Base64. */
  foundIn(text: string): string[] {
    const given = [...this.values].filter(([, value]) => tracesOf(value).some((trace) => text.includes(trace)));
    return given.map(([name]) => name);
  }
}

function tracesOf(value: string): string[] {
  const pieces = Array.from({ length: value.length - PIECE + 1 }, (_, start) => value.slice(start, start + PIECE));
  const bytes = Buffer.from(value);
  return [...pieces, bytes.toString('base64'), bytes.toString('base64url')];
}

/** A client whose refused answers are kept, be they refused by status or by an `errors` of GraphQL. */
export class WitnessClient extends HttpClient {
  constructor(
    baseUrl: string,
    private readonly refused: HttpAnswer[],
    options: HttpClientOptions = {},
  ) {
    super(baseUrl, options);
  }

  override async request(...call: Parameters<HttpClient['request']>): Promise<HttpAnswer> {
    const answer = await super.request(...call);
    if (answer.status >= 400 || answer.text.includes('"errors"')) this.refused.push(answer);
    return answer;
  }
}
