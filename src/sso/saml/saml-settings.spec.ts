import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AppError } from '../../platform/errors/app-error.js';
import { makeSelfSigned } from '../../platform/crypto/self-signed-certificate.js';
import type { IdpMetadata } from '../protocols/saml/idp-metadata.js';
import { samlFrom, type TypedSaml } from './saml-settings.js';
import { samlForm } from '../providers/saml.js';

const never = (): Promise<IdpMetadata> => Promise.reject(new Error('nobody is asked'));
const ssoUrl = 'https://idp.example.com/sso';

describe('what is typed of a SAML identity provider', () => {
  let pem: string;
  let other: string;
  beforeAll(async () => {
    const soon = new Date(Date.now() + 86_400_000);
    [pem, other] = (await Promise.all([makeSelfSigned('one', soon), makeSelfSigned('two', soon)])).map(
      ({ certificate }) => certificate,
    ) as [string, string];
  });

  const byHand = (): TypedSaml => ({ entityId: 'urn:idp', ssoUrl, certificates: [pem] });
  const refusal = async (typed: TypedSaml) =>
    samlFrom(typed, null, never).then(
      () => null,
      (error: unknown) => (error as AppError).fields.map(({ field }) => field),
    );

  it('is enough by hand, by its metadata, and by the metadata’s address', async () => {
    const metadata = { entityId: 'urn:idp', ssoUrl, certificates: [], warnings: [] };
    expect(await samlFrom(byHand(), null, never)).toMatchObject({
      entityId: 'urn:idp',
      saml: { ssoUrl, metadataUrl: null, signRequests: false, allowIdpInitiated: false },
    });
    const asked: string[] = [];
    const fetched = await samlFrom({ metadataUrl: ' https://idp.example.com/metadata ' }, null, (url) => {
      asked.push(url);
      return Promise.resolve(metadata);
    });
    expect(asked).toEqual(['https://idp.example.com/metadata']);
    expect(fetched.saml.metadataUrl).toBe('https://idp.example.com/metadata');
  });

  it('is told what is missing, field by field', async () => {
    expect(await refusal({})).toEqual(['saml.metadataUrl']);
    expect(await refusal({ ...byHand(), entityId: null })).toEqual(['saml.entityId']);
    expect(await refusal({ ...byHand(), ssoUrl: null })).toEqual(['saml.ssoUrl']);
    expect(await refusal({ ...byHand(), ssoUrl: 'idp.example.com' })).toEqual(['saml.ssoUrl']);
    expect(await refusal({ ...byHand(), certificates: [] })).toEqual(['saml.certificates']);
    expect(await refusal({ ...byHand(), certificates: ['x'] })).toEqual(['saml.certificates']);
    expect(await refusal({ metadataUrl: 'idp' })).toEqual(['saml.metadataUrl']);
    expect(await refusal({ metadataUrl: 'https://idp.example.com', metadataXml: '<a/>' })).toEqual([
      'saml.metadataXml',
    ]);
    expect(samlForm.fields.filter(({ required }) => required)).toEqual([]);
  });

  it('keeps what is left out, and forgets the metadata’s address where a part is given by hand', async () => {
    const { saml } = await samlFrom({ ...byHand(), signRequests: true, emailAttribute: 'mail' }, null, never);
    const kept = { issuer: 'urn:idp', saml: { ...saml, metadataUrl: 'https://idp.example.com/metadata' } };
    const same = await samlFrom({}, kept, never);
    expect(same).toEqual({ entityId: 'urn:idp', saml: kept.saml });
    const changed = await samlFrom({ certificates: [pem, other], emailAttribute: null }, kept, never);
    expect(changed.saml).toMatchObject({
      metadataUrl: null,
      signRequests: true,
      ssoUrl,
      attributes: { email: null },
      certificates: [{ fingerprint: saml.certificates[0]?.fingerprint }, {}],
    });
  });
});
