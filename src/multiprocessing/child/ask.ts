import type { Answer, Question } from '../messages.js';

/** Asks the process that holds a queue. @returns the question's ticket */
export type Ask = (question: Question, onAnswer: OnAnswer) => number;

export type OnAnswer = (answer: Answer) => void;
