import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Of what somebody is reminded: a rotation that is due, or an end that is so many days off at most. */
export const reminders = ['ROTATION', 'EXPIRY_14', 'EXPIRY_3'] as const;
export type Reminder = (typeof reminders)[number];

/** When somebody was last told of a key. */
@Entity('api_key_reminders')
export class KeyReminderEntity {
  @PrimaryColumn({ type: 'text', name: 'api_key_id' })
  apiKeyId!: string;

  @PrimaryColumn({ type: 'text' })
  what!: Reminder;

  @Column({ type: 'text', name: 'organization_id' })
  organizationId!: string;

  @Column({ type: 'timestamptz', name: 'told_at' })
  toldAt!: Date;
}
