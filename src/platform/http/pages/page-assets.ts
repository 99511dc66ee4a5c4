import type { RequestHandler } from 'express';
import path from 'node:path';
import { StaticAssets } from '../static-assets.js';

const file = (name: string): string => path.join(import.meta.dirname, 'assets', name);

const assets = new StaticAssets('/assets/', {
  'gatehouse.css': file('gatehouse.css'),
  'gatehouse.svg': file('gatehouse.svg'),
  'passkey.js': file('passkey.js'),
});

/** The address of the hosted pages' stylesheet, mark or script: `/assets/gatehouse.css?v=1x9k2f`. */
export const assetUrl = assets.url.bind(assets);

/** Serves the stylesheet, the mark and the script of the hosted pages under `/assets/`. Mount it ahead of the routes. */
export const pageAssets = (): RequestHandler => assets.handler();
