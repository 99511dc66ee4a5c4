import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type RequestHandler } from 'express';
import helmet from 'helmet';
import { DataSource } from 'typeorm';
import { RefusalService } from './access/refusal.service.js';
import { mountKeySurrender } from './api-keys/leaks/key-surrender-endpoints.service.js';
import { mountKeyVerification } from './api-keys/verify/key-verification.service.js';
import { AppModule } from './app.module.js';
import { mountForwardAuth } from './authentication/check/forward-auth.service.js';
import { mountPublishedKeys } from './authentication/tokens/published-keys.service.js';
import type { Config } from './platform/config/config.js';
import type { DatabaseUrl } from './platform/database/database-url.js';
import { explorer } from './platform/graphql/explorer.js';
import { graphqlBodies, graphqlRequests } from './platform/graphql/graphql-requests.middleware.js';
import { healthChecks } from './platform/http/health.js';
import { jsonBodies } from './platform/http/json-bodies.middleware.js';
import { pageAssets } from './platform/http/pages/page-assets.js';
import { PageRenderer } from './platform/http/pages/page-renderer.js';
import { ProblemFilter } from './platform/http/problem.filter.js';
import { requestLog } from './platform/http/request-log.middleware.js';
import { sameOrigin } from './platform/http/same-origin.middleware.js';
import { unreadableBody } from './platform/http/unreadable-body.middleware.js';
import { validationPipe } from './platform/http/validation.js';
import type { Logger } from './platform/logging/logger.js';
import { worldOutside } from './platform/world-outside.js';
import { configureCatalogue } from './policy/permissions.js';
import { scimProblems } from './scim/scim.module.js';

/** Far above any request of ours, and far below what would hurt to read. */
const BODY_LIMIT = '100kb';

/** A group of many thousand members, as a directory writes it down. */
const SCIM_LIMIT = '1mb';

/** A SAML response of 256 kB as base64 in lines, in a form: beyond that it is refused anyway. */
const ANSWER_LIMIT = '550kb';

/**
 * An identity provider's form posts (SAML) and logout tokens arrive from its origin and carry their own proof; what begins
 * a sign-in needs none.
 */
const postedByProviders = /^\/(api\/auth\/(callback|backchannel-logout)\/|auth\/sso-initiate$)/;

/** Builds the application, ready to listen: what every request passes, in this order, and then the modules' routes. */
export async function createApp(
  config: Config,
  database: DatabaseUrl,
  logger: Logger,
  world = worldOutside(config),
): Promise<NestExpressApplication> {
  configureCatalogue(config.permissions);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(config, database, logger, world), {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  app.set('trust proxy', config.trustProxy.length > 0 ? [...config.trustProxy] : false);
  app.disable('x-powered-by');
  app.disable('etag');
  const refusals = app.get(RefusalService);

  mountKeyVerification(app);
  mountKeySurrender(app);
  mountForwardAuth(app);
  mountPublishedKeys(app);
  app.use(requestLog(logger));
  app.use(securityHeaders(config.rootUrl), notKept);
  app.use(healthChecks(app.get(DataSource)));
  app.use(pageAssets());
  if (config.explorer) app.use(explorer());
  app.use(
    sameOrigin(config.rootUrl, postedByProviders, (request, refusal) => refusals.recordRequest(request, refusal)),
  );
  app.use('/graphql', graphqlRequests());
  app.use(jsonBodies(postedByProviders));
  app.use('/api/scim', express.json({ limit: SCIM_LIMIT, type: ['json', '+json'] }));
  app.use(express.json({ limit: BODY_LIMIT }));
  app.use('/api/auth/callback', express.urlencoded({ limit: ANSWER_LIMIT, extended: false }));
  app.use(express.urlencoded({ limit: BODY_LIMIT, extended: false }));
  app.use(unreadableBody());
  app.use('/graphql', graphqlBodies());

  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(logger, app.get(PageRenderer), [scimProblems]));
  return app;
}

/** What is answered is for whoever asked, and true for now. Files that may be kept say so themselves. */
const notKept: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

/** Answers hold data and no page; the hosted pages replace the policy with their own. */
function securityHeaders(rootUrl: string): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    strictTransportSecurity: rootUrl.startsWith('https:'),
    xFrameOptions: { action: 'deny' },
  });
}
