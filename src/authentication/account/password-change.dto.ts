import { IsString, MaxLength } from 'class-validator';

/** Body of `POST /api/auth/password/change`. */
export class ChangePasswordBody {
  /** Its least length is a setting, told by the password policy. */
  @IsString()
  @MaxLength(1_000)
  password!: string;
}
