import { SESSIONS } from "./scenarios/sessions.ts";
import { testScenarios } from "./support/play_scenario.ts";

testScenarios(SESSIONS);
