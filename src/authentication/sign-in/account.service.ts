import { Injectable } from '@nestjs/common';
import { DomainService } from '../../organizations/domains/domain.service.js';
import { InvitationService } from '../../organizations/invitations/invitation.service.js';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import { parseEmailAddress, type EmailAddress } from '../../platform/text/email-address.js';
import { JustInTimeMembership } from '../../sso/membership/just-in-time.service.js';
import type { ProviderProof } from '../../sso/protocols/provider-proof.types.js';
import type { SignInSource } from '../../sso/sources/sign-in-source.types.js';
import { SsoDiscoveryService } from '../../sso/sources/sso-discovery.service.js';
import { IdentityService } from '../../users/identity.service.js';
import { UserService } from '../../users/user.service.js';
import type { User } from '../../users/user.types.js';
import type { SignInRefusalReason } from './sign-in-refused.js';
import { holderOf, type Entry, type Refused, type Verdict } from './verdict.js';

const refused = (reason: SignInRefusalReason): Refused => ({ refused: reason });

/** The account rules: whose account a proven identity opens. The identity is (source, issuer, subject), never the email. */
@Injectable()
export class AccountService {
  constructor(
    private readonly users: UserService,
    private readonly identities: IdentityService,
    private readonly domains: DomainService,
    private readonly invitations: InvitationService,
    private readonly discovery: SsoDiscoveryService,
    private readonly joining: JustInTimeMembership,
    private readonly config: Config,
  ) {}

  /** Decides, and changes nothing. What it says holds until the transaction ends. */
  async judge(tx: Tx, source: SignInSource, proof: ProviderProof): Promise<Verdict> {
    const entry = await this.recognize(tx, source, proof);
    if ('refused' in entry) return entry;
    const user = holderOf(entry);
    const arrival = { userId: user?.id ?? null, email: user?.email ?? entry.email.address };
    const joins = await this.joining.roleFor(tx, source, proof, arrival);
    // In without a place they would find nothing, and nobody would tell them why.
    if (joins !== null && !(await this.joining.hasSeat(tx, source))) return refused('NO_SEAT');
    return { ...entry, joins };
  }

  /** Whose account it is, whatever they become by it. Changes nothing, and holds as what `judge` says. */
  async recognize(tx: Tx, source: SignInSource, proof: ProviderProof): Promise<Refused | Entry> {
    const email = parseEmailAddress(proof.email);
    if (!email) return refused('EMAIL_MISSING');
    await this.users.takeTurns(tx, email.address);
    const objection = await this.objectionTo(source, proof, email);
    if (objection) return refused(objection);

    const identity = { source: source.identitySource, issuer: proof.issuer, subject: proof.subject };
    const emailProven = source.kind === 'connection' || proof.emailVerified === true;
    const known = await this.identities.findHolder(identity);
    if (known) {
      const reason = await this.objectionToKnown(source, known);
      return reason ? refused(reason) : { identity, email, emailProven, known };
    }

    const sameEmail = await this.users.findByEmail(email.address);
    if (sameEmail) {
      const reason = await this.objectionToLinking({ source, issuer: proof.issuer }, sameEmail, emailProven);
      return reason ? refused(reason) : { identity, email, emailProven, link: sameEmail };
    }
    if (!(await this.mayCreate(source, email, emailProven))) return refused('SIGN_UP_CLOSED');
    return { identity, email, emailProven, create: { name: shownName(proof.name) ?? email.address } };
  }

  /** What speaks against a signed-in person's adding this way to sign in; a connection adds itself, at a sign-in by it. */
  async objectionToAdding(source: SignInSource, proof: ProviderProof, user: User): Promise<SignInRefusalReason | null> {
    if (source.kind === 'connection') return 'ACCOUNT_EXISTS';
    const email = parseEmailAddress(proof.email);
    if (!email) return 'EMAIL_MISSING';
    return (await this.objectionTo(source, proof, email)) ?? (await this.objectionToKnown(source, user));
  }

  /** What is wrong with the email, whoever it belongs to. */
  private async objectionTo(
    source: SignInSource,
    proof: ProviderProof,
    email: EmailAddress,
  ): Promise<SignInRefusalReason | null> {
    if (source.kind === 'connection') return this.objectionToConnection(source, proof, email);
    if (source.allowedDomains.length > 0 && !source.allowedDomains.includes(email.domain)) return 'EMAIL_NOT_ALLOWED';
    if (source.requireEmailVerified && proof.emailVerified !== true) return 'EMAIL_NOT_VERIFIED';
    return (await this.belongsToConnection(email.domain)) ? 'SSO_REQUIRED' : null;
  }

  /** A connection speaks for its own domains, as long as its organization has proven them, and for no others. */
  private async objectionToConnection(
    source: SignInSource,
    proof: ProviderProof,
    email: EmailAddress,
  ): Promise<SignInRefusalReason | null> {
    if (source.requireEmailVerified && proof.emailVerified !== true) return 'EMAIL_NOT_VERIFIED';
    const owner = source.allowedDomains.includes(email.domain) ? await this.domains.findVerified(email.domain) : null;
    return owner !== null && owner.organizationId === source.organizationId ? null : 'EMAIL_OUTSIDE_DOMAIN';
  }

  /** The account's own email decides about enforcement too: a provider may name another one than it did at first. */
  private async objectionToKnown(source: SignInSource, user: User): Promise<SignInRefusalReason | null> {
    if (user.isDeactivated) return 'ACCOUNT_DEACTIVATED';
    if (source.kind === 'connection') return null;
    const domain = parseEmailAddress(user.email)?.domain;
    return domain !== undefined && (await this.belongsToConnection(domain)) ? 'SSO_REQUIRED' : null;
  }

  /** Whether the people of this domain sign in through their organization's connection and in no other way. */
  private async belongsToConnection(domain: string): Promise<boolean> {
    return (await this.discovery.enforcementFor(domain))?.by === 'connection';
  }

  /**
   * An account is entered by another way only where that is certain to be the same person: the domain's owner says so,
   * nobody has ever used the account, or the provider was set up for linking and has verified the email.
   */
  private async objectionToLinking(
    { source, issuer }: { readonly source: SignInSource; readonly issuer: string },
    user: User,
    emailProven: boolean,
  ): Promise<SignInRefusalReason | null> {
    if (user.isDeactivated) return 'ACCOUNT_DEACTIVATED';
    // A new subject with an old email is a new colleague who was given a former one's address. Where an organization has
    // moved its connection to another issuer, everybody is new there; a provider's other issuer is somebody else's.
    const sameIssuer = source.kind === 'connection' ? issuer : undefined;
    if (await this.identities.hasFrom(user.id, source.identitySource, sameIssuer)) return 'OTHER_SUBJECT';
    if (source.kind === 'connection') return null;
    const sure = emailProven && (source.allowAccountLinking || (await this.identities.isUnclaimed(user.id)));
    return sure ? null : 'ACCOUNT_EXISTS';
  }

  private async mayCreate(source: SignInSource, email: EmailAddress, emailProven: boolean): Promise<boolean> {
    const open = !this.config.signUpDisabled && (source.kind === 'connection' || source.allowSignUp);
    return open || (emailProven && (await this.invitations.hasOpenFor(email.address)));
  }
}

const LONGEST_NAME = 120;

/** Without what can be neither stored nor seen, and not cut through a character; null where nothing is left. */
function shownName(name: string | null): string | null {
  const visible = (name ?? '').replace(/[\p{Cc}\p{Cs}]/gu, '').trim();
  return visible === '' ? null : Array.from(visible).slice(0, LONGEST_NAME).join('');
}
