import { ATTACHMENTS, PROMPTS, START_UP } from "./scenarios/input.ts";
import { testScenarios } from "./support/play_scenario.ts";

testScenarios([...PROMPTS, ...ATTACHMENTS, ...START_UP]);
