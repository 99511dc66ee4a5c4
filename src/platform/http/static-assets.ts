import type { RequestHandler } from 'express';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';

interface Asset {
  readonly file: string;
  /** Changes with the content. By date it would not do: every file of an npm package is dated 1985. */
  readonly version: string;
}

/** A fixed set of files, each at an address that names its content's version and so can be cached for ever. */
export class StaticAssets<Name extends string> {
  private readonly byName: ReadonlyMap<string, Asset>;

  /** @param folder where they are served, such as `/assets/` · @param files name in the address → absolute path */
  constructor(
    private readonly folder: `/${string}/`,
    files: Readonly<Record<Name, string>>,
  ) {
    const entries = Object.entries<string>(files);
    this.byName = new Map(
      entries.map(([name, file]) => [name, { file, version: crc32(readFileSync(file)).toString(36) }]),
    );
  }

  /** `/assets/gatehouse.css?v=1x9k2f` */
  url(name: Name): string {
    return `${this.folder}${name}?v=${this.byName.get(name)?.version ?? ''}`;
  }

  /** Answers GET and HEAD for the files and passes all else on. */
  handler(): RequestHandler {
    return (request, response, next) => {
      const asset = this.find(request.path);
      if (!asset || (request.method !== 'GET' && request.method !== 'HEAD')) {
        next();
        return;
      }
      response.set({
        // During a rolling update the page may come from one version and this answer from another: not to be kept then.
        'Cache-Control': request.query.v === asset.version ? 'public, max-age=31536000, immutable' : 'no-store',
        'Cross-Origin-Resource-Policy': 'same-origin',
        'X-Content-Type-Options': 'nosniff',
      });
      response.sendFile(path.basename(asset.file), {
        root: path.dirname(asset.file),
        cacheControl: false,
        etag: false,
        lastModified: false,
      });
    };
  }

  private find(address: string): Asset | undefined {
    return address.startsWith(this.folder) ? this.byName.get(address.slice(this.folder.length)) : undefined;
  }
}
