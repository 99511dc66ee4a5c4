import { Injectable } from '@nestjs/common';
import { MemberService } from '../../organizations/members/member.service.js';
import { Database } from '../../platform/database/database.js';
import { parseEmailAddress } from '../../platform/text/email-address.js';
import type { ProviderProof } from '../../sso/protocols/provider-proof.types.js';
import type { ProviderRefusal } from '../../sso/protocols/provider-refusal.types.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import type { SsoTestReport, TestAccount } from '../../sso/testing/sso-test.types.js';
import { AccountService } from '../sign-in/account.service.js';
import { holderOf, type Verdict } from '../sign-in/verdict.js';

/** Claims that only belong to the protocol (OpenID Connect Core 2, and what vendors add to it). */
const ofProtocol = new Set(
  'iss sub aud exp nbf iat auth_time nonce acr amr azp at_hash c_hash s_hash jti sid session_state rh uti aio ver'.split(
    ' ',
  ),
);
const MOST_CLAIMS = 60;
const LONGEST_VALUE = 2_000;

const nothingFound = {
  issuer: null,
  subject: null,
  email: null,
  name: null,
  emailMatches: null,
  claims: {},
  account: null,
  role: null,
  joins: null,
} as const;

/** What a test tells: what a sign-in with this proof would lead to, with nothing done of it. */
@Injectable()
export class TestReports {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountService,
    private readonly members: MemberService,
  ) {}

  ofRefusal({ reason, detail }: ProviderRefusal, source: SignInSource | null): SsoTestReport {
    return { ...nothingFound, reason, detail, domains: domainsOf(source) };
  }

  async ofProof(source: SignInSource, proof: ProviderProof): Promise<SsoTestReport> {
    const verdict = await this.database.transaction((tx) => this.accounts.judge(tx, source, proof));
    const domains = domainsOf(source);
    const email = parseEmailAddress(proof.email);
    return {
      reason: 'refused' in verdict ? verdict.refused : null,
      detail: null,
      issuer: proof.issuer,
      subject: proof.subject,
      email: proof.email?.slice(0, LONGEST_VALUE) ?? null,
      name: proof.name?.slice(0, LONGEST_VALUE) ?? null,
      domains,
      emailMatches: email && domains.includes(email.domain),
      claims: toldClaims(proof.claims),
      account: accountOf(verdict),
      ...(await this.membershipOf(source, verdict)),
    };
  }

  private async membershipOf(
    { organizationId }: SignInSource,
    verdict: Verdict,
  ): Promise<Pick<SsoTestReport, 'role' | 'joins'>> {
    if ('refused' in verdict) return { role: null, joins: null };
    if (verdict.joins !== null) return { role: verdict.joins, joins: true };
    const user = holderOf(verdict);
    const isKnown = user !== null && organizationId !== null;
    return { role: isKnown ? await this.members.roleOf(organizationId, user.id) : null, joins: false };
  }
}

const domainsOf = (source: SignInSource | null): readonly string[] => source?.allowedDomains ?? [];

function accountOf(verdict: Verdict): TestAccount | null {
  if ('refused' in verdict) return null;
  if ('known' in verdict) return 'KNOWN';
  return 'link' in verdict ? 'JOINED' : 'CREATED';
}

/** A provider may send what it likes: what is kept of it has an end. */
function toldClaims(claims: ProviderProof['claims']): SsoTestReport['claims'] {
  const told = Object.entries(claims).filter(([name]) => !ofProtocol.has(name));
  return Object.fromEntries(told.slice(0, MOST_CLAIMS).map(([name, value]) => [name.slice(0, 200), bounded(value)]));
}

function bounded(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? value : `${text.slice(0, LONGEST_VALUE)}…`;
}
