import type { Protocol, SignInSource, SourceOf } from '../../sso/sources/sign-in-source.types.js';
import { GithubStrategy } from './github/github.strategy.js';
import { OidcStrategy } from './oidc/oidc.strategy.js';
import { SamlStrategy } from './saml/saml.strategy.js';
import type { FlowAccess, Half, PassportStrategy, ProtocolStrategy, ProviderClients } from './strategy.types.js';

type Strategies = { readonly [P in Protocol]: ProtocolStrategy<P> };

/** Every protocol by which somebody else can prove who a person is. One that is forgotten here does not compile. */
export const strategies = {
  oidc: {
    method: 'oidc',
    make: async ({ settings }, flow, half, { oidc }) =>
      new OidcStrategy({ ...flow, settings, party: await oidc.relyingPartyFor(settings) }, half),
  },
  github: {
    method: 'oauth2',
    make: ({ settings }, flow, half, { github }) =>
      Promise.resolve(new GithubStrategy({ ...flow, settings, party: github.relyingPartyFor(settings) }, half)),
  },
  saml: {
    method: 'saml',
    make: ({ settings }, flow, half, { saml }) =>
      Promise.resolve(new SamlStrategy({ ...flow, party: saml.relyingPartyFor(settings) }, half)),
  },
} as const satisfies Strategies;

/** The strategy that this source's protocol asks for, made for one request. @throws ProviderRefusal */
export function strategyFor(
  source: SignInSource,
  flow: FlowAccess,
  half: Half,
  clients: ProviderClients,
): Promise<PassportStrategy> {
  return make(source, flow, half, clients);
}

/** Ties the settings to the protocol that they are of, which a union alone does not. */
function make<P extends Protocol>(source: SourceOf<P>, ...rest: [FlowAccess, Half, ProviderClients]) {
  const byProtocol: Strategies = strategies;
  return byProtocol[source.protocol].make(source, ...rest);
}
