import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import { SignInTraceReader } from './sign-in-trace-reader.service.js';
import type { SignInTrace } from './sign-in-trace.types.js';

/** Reads the traces of a whole list of test sign-ins in one statement. Nothing is kept. */
@Injectable()
export class TestTraceLoader {
  private readonly traces: DataLoader<string, SignInTrace | null>;

  constructor(reader: SignInTraceReader) {
    this.traces = new DataLoader<string, SignInTrace | null>(
      async (ids) => {
        const found = await reader.ofTests(ids);
        return ids.map((id) => found.get(id) ?? null);
      },
      { cache: false },
    );
  }

  of(testRunId: string): Promise<SignInTrace | null> {
    return this.traces.load(testRunId);
  }
}
