import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { AppError, invalid } from '../../platform/errors/app-error.js';
import { PasskeyStore, type NewPasskey } from '../strategies/passkey/passkey-store.service.js';
import { FactorBook, type Changer, type ShownOnce } from './factor-book.service.js';
import { FactorChangeGuard } from './factor-change-guard.service.js';
import { FactorLedger } from './factor-ledger.service.js';
import type { Prover } from './factor-proof.service.js';
import { secondFactorRenamed } from './second-factor.events.js';
import { SecondFactorService } from './second-factor.service.js';
import type { Factor } from './second-factor.types.js';
import { type Enrolment, TotpService } from './totp.service.js';

/** More than anybody has devices, and as many as a page can list. */
const MOST_PASSKEYS = 10;
const LONGEST_NAME = 60;

/** A person's changes to their own second factors: each needs a fresh proof, is on the trail, and is told by mail. */
@Injectable()
export class FactorChangeService {
  constructor(
    private readonly database: Database,
    private readonly guard: FactorChangeGuard,
    private readonly factors: SecondFactorService,
    private readonly totp: TotpService,
    private readonly passkeys: PasskeyStore,
    private readonly book: FactorBook,
    private readonly ledger: FactorLedger,
  ) {}

  /**
   * Adds the app that has shown a right code, or replaces the former one. It counts at once as proven in this session.
   * @throws VALIDATION_FAILED for a wrong code; those of the guard
   */
  async addTotp(changer: Changer, enrolment: Enrolment, code: string): Promise<ShownOnce> {
    await this.guard.refuseUnproven(changer);
    return this.database.transaction(async (tx) => {
      const isRight = await this.totp.complete(tx, changer.user.id, enrolment, code.replace(/\s/g, ''));
      if (!isRight)
        throw invalid('code', 'This is not the code that the app shows now. Check the clock of your phone.');
      return this.book.added(tx, changer, { kind: 'totp', name: 'Authenticator app' });
    });
  }

  /** @throws CONFLICT for a passkey that is there already; VALIDATION_FAILED for one too many; those of the guard */
  async addPasskey(changer: Changer, name: string, passkey: NewPasskey): Promise<ShownOnce> {
    await this.guard.refuseUnproven(changer);
    const { id: userId } = changer.user;
    return this.database.transaction(async (tx) => {
      const known = await this.passkeys.listOf(userId);
      if (known.length >= MOST_PASSKEYS) throw invalid('name', `You have ${MOST_PASSKEYS} passkeys. Remove one first.`);
      const shown = nameOf(name, `Passkey ${known.length + 1}`);
      const id = await this.passkeys.add(tx, userId, shown, passkey);
      if (id === null) throw new AppError('CONFLICT', { message: 'This passkey is registered already.' });
      return this.book.added(tx, changer, { kind: 'passkey', name: shown });
    });
  }

  /** @throws NOT_FOUND; VALIDATION_FAILED; those of the guard */
  async renamePasskey(changer: Changer, id: string, name: string): Promise<void> {
    await this.guard.refuseUnproven(changer);
    if (name.trim() === '') throw invalid('name', 'Give the passkey a name.');
    await this.database.transaction(async (tx) => {
      const passkey = await this.own(changer, id);
      await this.passkeys.rename(tx, changer.user.id, id, nameOf(name, passkey.name));
      const facts = { before: passkey, name: nameOf(name, passkey.name) };
      await this.ledger.write(tx, changer, secondFactorRenamed, facts, null);
    });
  }

  /** @throws NOT_FOUND; those of the guard */
  async remove(changer: Changer, id: string): Promise<void> {
    await this.guard.refuseUnproven(changer);
    await this.database.transaction(async (tx) => {
      const factor = await this.own(changer, id);
      if (factor.kind === 'totp') await this.totp.remove(tx, changer.user.id);
      else await this.passkeys.remove(tx, changer.user.id, id);
      await this.book.removed(tx, changer, factor);
    });
  }

  /** Makes ten new recovery codes, and the old ones worthless. @throws PRECONDITION_FAILED; those of the guard */
  async renewRecoveryCodes(changer: Changer): Promise<readonly string[]> {
    await this.guard.refuseUnproven(changer);
    const { list } = await this.factors.listOf(changer.user.id);
    if (list.length === 0) throw new AppError('PRECONDITION_FAILED', { message: 'Set up a second factor first.' });
    return this.database.transaction((tx) => this.book.codesRenewed(tx, changer));
  }

  /** @throws NOT_FOUND for another's as for none */
  async own({ user }: Prover, id: string): Promise<Factor> {
    const factor = (await this.factors.listOf(user.id)).list.find((candidate) => candidate.id === id);
    if (!factor) throw new AppError('NOT_FOUND');
    return factor;
  }
}

/** A name as a page can show it: on one line, nothing invisible, not long. */
function nameOf(typed: string, otherwise: string): string {
  const plain = typed.replace(/[\p{C}\s]+/gu, ' ').trim();
  return plain === '' ? otherwise : Array.from(plain).slice(0, LONGEST_NAME).join('');
}
