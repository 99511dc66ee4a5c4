import { Injectable } from '@nestjs/common';
import { foundBy, type BatchedReads } from '../../platform/database/batched-reads.js';
import { Database } from '../../platform/database/database.js';
import { SignInTraceReader } from './sign-in-trace-reader.service.js';
import type { SignInTrace } from './sign-in-trace.types.js';

/** Reads the traces of a whole list of test sign-ins in one statement. Nothing is kept. */
@Injectable()
export class TestTraceLoader {
  private readonly traces: BatchedReads<string, SignInTrace | null>;

  constructor(database: Database, reader: SignInTraceReader) {
    this.traces = foundBy(database, (ids) => reader.ofTests(ids));
  }

  of(testRunId: string): Promise<SignInTrace | null> {
    return this.traces.load(testRunId);
  }
}
