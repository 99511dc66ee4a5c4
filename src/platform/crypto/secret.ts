import { inspect } from 'node:util';

const MASK = '***';

/**
 * A value that prints as `***` wherever it is logged, serialized or put into a string by mistake. Whoever needs it
 * says so: `reveal()`.
 */
export class Secret<T extends string = string> {
  readonly #value: T;

  private constructor(value: T) {
    this.#value = value;
  }

  static of<T extends string>(value: T): Secret<T> {
    return new Secret(value);
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
