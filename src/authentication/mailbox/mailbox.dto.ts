import { IsString, MaxLength } from 'class-validator';

/** Body of `POST /api/auth/password/forgot`. */
export class ForgotPasswordBody {
  @IsString()
  @MaxLength(1_000)
  email!: string;
}

/** Body of `POST /api/auth/password/reset`. */
export class ResetPasswordBody {
  @IsString()
  @MaxLength(200)
  token!: string;

  /** Its least length is a setting, told by the password policy. */
  @IsString()
  @MaxLength(1_000)
  password!: string;
}

/** Body of `POST /api/auth/email/verify`. */
export class VerifyEmailBody {
  @IsString()
  @MaxLength(200)
  token!: string;
}
