import { Injectable } from '@nestjs/common';

/** The time, as something that can be handed in. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }

  /** The instant that lies `minutes` after now. */
  inMinutes(minutes: number): Date {
    return new Date(this.now().getTime() + minutes * 60_000);
  }
}
