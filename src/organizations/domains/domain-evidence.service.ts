import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Config } from '../../platform/config/config.js';
import { diagnose } from './domain-diagnosis.js';
import { DomainFile } from './domain-file.service.js';
import { owned } from './domain-lifecycle.js';
import { placesOf } from './domain-places.js';
import { DomainRecord } from './domain-record.service.js';
import { hasProof, nothingSeen, type Evidence, type Seen } from './domain-seen.js';
import type { Domain, DomainDiagnosis, ProofPlace } from './domain.types.js';

/** For all of a look: half a second of the five is left for the rest of the request. */
const LOOK_WITHIN_MS = 4_500;

/** A file is not waited for as long as DNS is: most domains that have none have no web server that would say so. */
const FILE_WITHIN_MS = 2_000;

/** Less than this is not worth asking anybody. */
const WORTHWHILE_MS = 100;

/** What is wrong with a missing record is looked for only if DNS was quick, since that can prove nothing. */
const EXPLAIN_WITHIN_MS = 1_000;
const EXPLAIN_WITH_LEFT_MS = 1_500;

/** Looks for the proof of a domain wherever it may be. */
@Injectable()
export class DomainEvidence {
  constructor(
    private readonly record: DomainRecord,
    private readonly file: DomainFile,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** All that could prove it. */
  placesOf(domain: Domain): ProofPlace[] {
    return Object.values(placesOf(domain, this.config.rootUrl));
  }

  /**
   * The proof that a domain has is looked for first, and nothing else where it is still there. Of a claim both records are
   * always looked for: they also tell whether another organization's proof is gone. The file comes last. Never rejects,
   * and takes 4.5 s at the most.
   */
  async look(domain: Domain): Promise<Evidence> {
    const end = performance.now() + LOOK_WITHIN_MS;
    const left = () => Math.max(1, Math.round(end - performance.now()));
    const places = placesOf(domain, this.config.rootUrl);

    const known = owned.includes(domain.status) ? (domain.provenBy ?? 'TXT') : null;
    const seen = known ? { ...nothingSeen, [known]: await this.lookAt(places[known], left()) } : nothingSeen;
    if (known && hasProof(places[known], seen[known])) return seen;

    const [TXT, CNAME] = await Promise.all([
      seen.TXT ?? this.lookAt(places.TXT, left()),
      seen.CNAME ?? this.lookAt(places.CNAME, left()),
    ]);
    if (hasProof(places.TXT, TXT) || hasProof(places.CNAME, CNAME) || left() < WORTHWHILE_MS)
      return { ...seen, TXT, CNAME };

    const [explainedTxt, explainedCname, FILE] = await Promise.all([
      this.explain(domain, places.TXT, TXT, left()),
      this.explain(domain, places.CNAME, CNAME, left()),
      seen.FILE ?? this.lookAt(places.FILE, left()),
    ]);
    return { TXT: explainedTxt, CNAME: explainedCname, FILE };
  }

  /** What a claim can conclude from it. */
  diagnose(domain: Domain, evidence: Evidence): DomainDiagnosis {
    return diagnose(domain, placesOf(domain, this.config.rootUrl), evidence, this.clock.now());
  }

  private async explain(domain: Domain, place: ProofPlace, seen: Seen, leftMs: number): Promise<Seen> {
    return leftMs < EXPLAIN_WITH_LEFT_MS ? seen : this.record.explain(place, domain.name, seen, EXPLAIN_WITHIN_MS);
  }

  private lookAt(place: ProofPlace, ms: number): Promise<Seen> {
    return place.proof === 'FILE' ? this.file.look(place, Math.min(FILE_WITHIN_MS, ms)) : this.record.look(place, ms);
  }
}
