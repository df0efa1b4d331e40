/**
 * Members in which servers hand out what a model thought before it answered. Chat Completions has none by itself:
 * `reasoning_content` came with DeepSeek and is spoken by llama.cpp, LM Studio, SGLang and older vLLM; `reasoning` by
 * OpenRouter, Ollama, Groq and newer vLLM. Some send both with the same text.
 */
export const REASONING_FIELDS = ["reasoning_content", "reasoning"] as const;

export type ReasoningField = typeof REASONING_FIELDS[number];
