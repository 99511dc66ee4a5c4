import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import { SsoCandidateService } from './sso-candidate.service.js';
import type { SsoCandidate } from './sso-connection.types.js';
import { SsoTestService } from './testing/sso-test.service.js';
import type { SsoTestRun } from './testing/sso-test.types.js';

/** Reads what belongs to the connections of a whole list in one statement each. Nothing is kept. */
@Injectable()
export class SsoConnectionLoader {
  private readonly candidates: DataLoader<string, SsoCandidate | null>;
  private readonly tests: DataLoader<string, SsoTestRun | null>;

  constructor(candidates: SsoCandidateService, tests: SsoTestService) {
    this.candidates = batched((ids) => candidates.listOf(ids));
    this.tests = batched((ids) => tests.latestOf(ids));
  }

  candidateOf(connectionId: string): Promise<SsoCandidate | null> {
    return this.candidates.load(connectionId);
  }

  lastTestOf(connectionId: string): Promise<SsoTestRun | null> {
    return this.tests.load(connectionId);
  }
}

function batched<T>(read: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>): DataLoader<string, T | null> {
  return new DataLoader<string, T | null>(
    async (ids) => {
      const found = await read(ids);
      return ids.map((id) => found.get(id) ?? null);
    },
    { cache: false },
  );
}
