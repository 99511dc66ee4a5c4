import type { Request } from 'express';

interface Layer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** A route for whatever no other one answers says nothing of an address. */
const isFallback = ({ path }: NonNullable<Layer['route']>): boolean =>
  typeof path === 'string' && /\*\w+\}?$/.test(path);

/** The methods that routes answer at the path of a request; none where there is no such address. */
export function routedMethods({ app, path }: Pick<Request, 'app' | 'path'>): string[] {
  const layers = app.router.stack as unknown as readonly Layer[];
  const methods = layers
    .filter((layer) => layer.route && !isFallback(layer.route) && layer.match(path))
    .flatMap(({ route }) => Object.keys(route?.methods ?? {}));
  return [...new Set(methods)].map((method) => method.toUpperCase());
}
