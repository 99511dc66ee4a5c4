import { QuietSignUp } from './quiet-sign-up.service.js';
import { SignUpAccount } from './sign-up-account.service.js';
import { SignUpRules } from './sign-up-rules.service.js';
import { SignUpEntry } from './sign-up-entry.service.js';
import { SignUpService } from './sign-up.service.js';
import { TakenEmail } from './taken-email.service.js';

export const signUpProviders = [QuietSignUp, SignUpAccount, SignUpEntry, SignUpRules, SignUpService, TakenEmail];
