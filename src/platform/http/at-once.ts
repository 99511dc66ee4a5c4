/**
 * Goes on at once with what is there already, and later with what is promised. On the paths that are asked thousands of
 * times in a second the promises would cost more than the work between them.
 */
export function andThen<Value, Result>(
  value: Value | Promise<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}
