import type { Tx } from '../../platform/database/database.js';
import { shortened } from '../../platform/text/printable.js';
import { causeOf } from '../diagnosis/sign-in-cause.types.js';
import type { Check } from '../protocols/check.types.js';
import { failedStep } from './failed-step.js';
import type { SignInTraceEntity } from './sign-in-trace.entity.js';
import type { StoredStep, TraceStepName } from './sign-in-trace.types.js';
import type { Row } from '../../platform/database/row.js';

/** What is known of an attempt when a visit of it begins. */
export type TracedVisit = Pick<
  Row<SignInTraceEntity>,
  'organizationId' | 'connectionId' | 'purpose' | 'testRunId' | 'redirectUri'
> & {
  readonly requestId: string;
  /** Null where there is no such connection: what a stranger has made up is not kept. */
  readonly connectionKey: string | null;
};

/** What the flow carries from the visit that begins an attempt to the one that ends it. */
export interface CarriedTrace {
  readonly id: string;
  readonly requestId: string;
  /** ISO 8601. */
  readonly begunAt: string;
  readonly steps: readonly StoredStep[];
  readonly purpose: SignInTraceEntity['purpose'];
  readonly testRunId: string | null;
}

/** Why an attempt was refused, as on the trail. */
export interface TracedRefusal {
  readonly reason: string;
  readonly detail: string | null;
  readonly email: string | null;
  readonly check?: Check | undefined;
}

export type WriteTrace = (tx: Tx, row: Row<SignInTraceEntity>, options: { readonly isStray: boolean }) => Promise<void>;

const LONGEST_TOLD = 300;

/** Shorter ones are no secrets, and would be found in every word. */
const SHORTEST_SECRET = 8;

/** Notes down one visit of an attempt, and writes it in the commit of what came of it: once, whoever asks again. */
export class SignInTraceLog {
  private readonly secrets: string[] = [];
  private readonly row: Row<SignInTraceEntity>;
  private begun: boolean;
  private concluded = false;

  constructor(
    { requestId, connectionKey, ...visit }: TracedVisit,
    half: 'begin' | 'finish',
    id: string,
    private readonly now: () => Date,
    private readonly write: WriteTrace,
  ) {
    this.begun = half === 'begin';
    this.row = {
      id,
      ...visit,
      connectionKey: connectionKey ?? '',
      beginRequestId: this.begun ? requestId : null,
      callbackRequestId: this.begun ? null : requestId,
      begunAt: now(),
      finishedAt: null,
      outcome: 'UNDER_WAY',
      reason: null,
      detail: null,
      email: null,
      steps: [],
    };
    if (this.begun) this.reached('BEGUN');
  }

  /** Whether it is known when and how the attempt was begun. */
  get isBegun(): boolean {
    return this.begun;
  }

  /** Never lets this value into what is written, whoever repeats it. */
  conceal(secret: string | null): void {
    if (secret !== null && secret.length >= SHORTEST_SECRET) this.secrets.push(secret);
  }

  reached(step: TraceStepName): void {
    this.note({ step, at: this.now().toISOString(), passed: true });
  }

  /** The browser is about to be sent off: written in the commit of the login flow. @returns what that has to carry */
  async sentOff(tx: Tx): Promise<CarriedTrace> {
    this.reached('SENT_TO_PROVIDER');
    await this.write(tx, this.row, { isStray: false });
    const { id, beginRequestId, begunAt, steps, purpose, testRunId } = this.row;
    return { id, requestId: beginRequestId ?? '', begunAt: begunAt.toISOString(), steps, purpose, testRunId };
  }

  /** The browser is back, with the state of this attempt. */
  cameBack({ requestId, begunAt, steps, ...begun }: CarriedTrace): void {
    this.begun = true;
    Object.assign(this.row, begun, { beginRequestId: requestId, begunAt: new Date(begunAt), steps });
    this.reached('CAME_BACK');
  }

  async succeeded(tx: Tx, email: string | null): Promise<void> {
    await this.conclude(tx, { outcome: 'SUCCEEDED', email });
  }

  async refused(tx: Tx, { reason, detail, email, check = {} }: TracedRefusal): Promise<void> {
    if (this.concluded) return;
    const step = failedStep(reason, this.row.steps);
    const passed = this.row.steps.filter((earlier) => earlier.step !== step);
    const expected = causeOf(reason, detail) === 'WRONG_CALLBACK' ? this.row.redirectUri : check.expected;
    this.row.steps = [
      ...passed,
      {
        step,
        at: this.now().toISOString(),
        passed: false,
        ...this.told('expected', expected),
        ...this.told('found', check.found),
      },
    ];
    const { detail: told } = this.told('detail', detail);
    await this.conclude(tx, { outcome: 'REFUSED', email, reason, detail: told ?? null });
  }

  private async conclude(tx: Tx, end: Partial<Row<SignInTraceEntity>>): Promise<void> {
    if (this.concluded) return;
    this.concluded = true;
    const { email = null } = this.told('email', end.email);
    Object.assign(this.row, end, { email, finishedAt: this.now() });
    await this.write(tx, this.row, { isStray: !this.begun });
  }

  private note(step: StoredStep): void {
    this.row.steps = [...this.row.steps, step];
  }

  private told<Name extends string>(name: Name, text: string | null | undefined): Partial<Record<Name, string>> {
    if (text === null || text === undefined) return {};
    const without = this.secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
    return { [name]: shortened(without, LONGEST_TOLD) } as Partial<Record<Name, string>>;
  }
}
