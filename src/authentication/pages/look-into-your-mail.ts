import type { PageModels } from '../../platform/http/pages/page-models.js';

/** For whoever has made an account that waits for its email to be proven. @param email canonical */
export function lookIntoYourMail(email: string): PageModels['message'] {
  return {
    title: 'Look into your mail',
    explanation: `We have sent a mail to ${email}. Open the link in it to go on.`,
    remark: 'Nothing there? Look among the spam, and make sure that the address is right.',
    action: { text: 'Go to sign-in', url: '/sign-in' },
  };
}
