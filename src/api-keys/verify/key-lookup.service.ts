import { Injectable } from '@nestjs/common';
import { sha256 } from '../../platform/crypto/digest.js';
import { PreparedStatements, type PreparedStatement } from '../../platform/database/prepared-statements.js';
import type { PresentedKey } from '../presented-key.js';
import type { RateLimit } from '../rate-limit/rate-limit.types.js';

/** What is stored of a key, dead or alive: whoever asks decides what that means. */
export interface StoredKey {
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string | null;
  readonly scope: 'PROJECT' | 'ORGANIZATION';
  readonly publicKey: string;
  readonly permissions: readonly string[];
  readonly allowedCidrs: readonly string[];
  readonly rateLimit: RateLimit | null;
  /** Its own end, or that of the overlap with its successor. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** Whether it takes another's place and was never used: its first use starts the end of that one. */
  readonly isUnusedSuccessor: boolean;
  /** Whether the project that was asked about is the key's own, or one of its organization; true when none was. */
  readonly reachesProject: boolean;
}

const reachesProject = (project: string): string =>
  `coalesce(key.project_id = ${project}, exists (
     select from projects where organization_id = key.organization_id and id = ${project}
   ))`;

const byDigest = (name: string, reaches: string, condition: string): PreparedStatement => ({
  name,
  text: `
    select key.id, key.organization_id as "organizationId", key.project_id as "projectId", key.scope,
           key.public_key as "publicKey", coalesce(key.effective_permissions, key.permissions) as permissions, key.allowed_cidrs as "allowedCidrs",
           key.rate_limit as "rateLimit",
           key.revoked_at as "revokedAt", least(key.expires_at, key.dies_at) as "expiresAt",
           key.rotated_from is not null and key.last_used_at is null as "isUnusedSuccessor",
           ${reaches}
    from api_keys key ${condition}`,
});

/** Two for one key, since a statement for both would be planned anew each time: without a project its plan looks so much cheaper. */
const alone = byDigest('api-key-by-digest', 'true as "reachesProject"', 'where key.secret_digest = $1');
const inProject = byDigest(
  'api-key-by-digest-in-project',
  `${reachesProject('$2')} as "reachesProject"`,
  'where key.secret_digest = $1',
);
/** Their numbers are those of what was asked, counted from 1. */
const many = byDigest(
  'api-keys-by-digest',
  `asked.project is null or ${reachesProject('asked.project')} as "reachesProject", asked.number::integer`,
  `join unnest($1::bytea[], $2::text[]) with ordinality as asked (digest, project, number)
     on key.secret_digest = asked.digest`,
);

/** So many statements at the same time. What is asked meanwhile goes with the next one, so that a crowd costs few of them. */
const AT_ONCE = 3;
const TOGETHER = 100;

interface Question {
  readonly digest: Buffer;
  readonly projectId: string | null;
  readonly answer: (key: StoredKey | null) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Finds keys by the digest of their secret, with at most one prepared statement. Nothing is kept between two questions, so
 * a revocation, an expiry, the end of an overlap or a deletion counts at the next one.
 */
@Injectable()
export class KeyLookup {
  private waiting: Question[] = [];
  private underWay = 0;

  constructor(private readonly statements: PreparedStatements) {}

  async find(presented: PresentedKey): Promise<StoredKey | null> {
    const key = await this.findByDigest(sha256(presented.secretKey.reveal()), null);
    return key && isPairOf(key, presented) ? key : null;
  }

  /** @param projectId a project that the answer is to speak about, or null */
  findByDigest(digest: Buffer, projectId: string | null): Promise<StoredKey | null> {
    return new Promise((answer, fail) => {
      this.waiting.push({ digest, projectId, answer, fail });
      this.send();
    });
  }

  private send(): void {
    if (this.underWay >= AT_ONCE || this.waiting.length === 0) return;
    const questions = this.waiting.splice(0, TOGETHER);
    this.underWay += 1;
    this.rowsFor(questions)
      .then(
        (rows) => questions.forEach(({ answer }, index) => answer(rows[index] ?? null)),
        (error: unknown) => questions.forEach(({ fail }) => fail(error)),
      )
      .finally(() => {
        this.underWay -= 1;
        this.send();
      });
  }

  /** In the order of the questions. */
  private async rowsFor(questions: readonly Question[]): Promise<(StoredKey | null | undefined)[]> {
    const [first] = questions;
    if (first && questions.length === 1) {
      const { digest, projectId } = first;
      const [statement, values] = projectId === null ? [alone, [digest]] : [inProject, [digest, projectId]];
      return [await this.statements.first<StoredKey>(statement, values)];
    }
    const rows = await this.statements.all<StoredKey & { readonly number: number }>(many, [
      questions.map(({ digest }) => digest),
      questions.map(({ projectId }) => projectId),
    ]);
    const answers: StoredKey[] = [];
    for (const row of rows) answers[row.number - 1] = row;
    return answers;
  }
}

/** Whether both halves belong together, where both were shown. */
export const isPairOf = (key: StoredKey, { publicKey }: PresentedKey): boolean =>
  publicKey === null || publicKey === key.publicKey;
