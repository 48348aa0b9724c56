/* SPDX-License-Identifier: Apache-2.0 */
/* One round of questions: what a view asks to be up to date once. */

export class Round {
    /* answers: what a stream has brought, address -> {status, answer}; without it all is fetched. */
    constructor(answers) {
        this.controller = new AbortController();
        this.answers = answers;
        this.asked = new Map(); /* address -> its answer's promise: nothing is asked for twice */
    }

    get signal() {
        return this.controller.signal;
    }

    abort() {
        this.controller.abort();
    }
}
