import { describe, expect, test } from "bun:test";

import { ChatCompletionRequest, type ChatCompletionRequestInput, RequestRefusedError } from "@stator/llm";

import { chatPrompt } from "./chat-prompt.ts";
import { ChatTemplate } from "./chat-template.ts";
import { strftime } from "./template-functions.ts";

const SPECIAL = { bos_token: "<s>", eos_token: "</s>" };

/** In the manner of Llama 2 and Mistral: roles must alternate, the system's words stand in the first message. */
const STRICT = `{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% set rest = messages[1:] %}
{%- else %}{% set system = '' %}{% set rest = messages %}{% endif %}
{%- for message in rest %}
{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate user/assistant') }}{% endif %}
{%- if message['role'] == 'user' %}{{ '[INST] ' + (system + '\\n\\n' if loop.first and system else '') + message['content'].strip() + ' [/INST]' }}
{%- else %}{{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}`;

/** In the manner of Llama 3: headers, the date, tools as JSON. */
const HEADERS = `{{- bos_token }}{%- if not date_string is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\nToday Date: " + date_string + "\\n" }}
{%- if tools is not none and tools is defined %}{%- for t in tools %}{{- t | tojson(indent=4) }}{{- "\\n\\n" }}{%- endfor %}{%- endif %}
{{- "<|eot_id|>" }}
{%- for message in messages %}{%- if 'tool_calls' in message %}
{%- if not message.tool_calls|length == 1 %}{{- raise_exception("This model only supports single tool-calls at once!") }}{%- endif %}
{%- set tool_call = message.tool_calls[0].function %}
{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n{"name": "' + tool_call.name + '", "parameters": ' }}{{- tool_call.arguments | tojson }}{{- "}<|eot_id|>" }}
{%- else %}{{- '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + message.content | trim + '<|eot_id|>' }}{%- endif %}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}`;

/** In the manner of ChatML with thoughts, as Qwen 3: switched off by a variable of the caller. */
const THINKING = `{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}`;

/** Reads the parts of messages by itself. */
const PARTS = `{% for message in messages %}{{ message.role }}:{% if message.content is string %}{{ message.content }}{% else %}{% for item in message.content %}[{{ item.text }}]{% endfor %}{% endif %};{% endfor %}`;

function prompt(source: string | Record<string, string>, given: Partial<ChatCompletionRequestInput>): string {
  const sources = typeof source === "string" ? { default: source } : source;
  const templates = new Map(Object.entries(sources).map(([name, text]) => [name, new ChatTemplate(text)]));
  const messages = [{ role: "user", content: "Hi" }] as const;
  const request = ChatCompletionRequest.parse({ model: "m", messages: [...messages], ...given });
  return chatPrompt(request, { templates, specialTokens: SPECIAL });
}

function refusal(source: string, given: Partial<ChatCompletionRequestInput>): unknown {
  try {
    return prompt(source, given);
  } catch (error) {
    return RequestRefusedError.is(error) ? error.value : error;
  }
}

describe("templates in the manner of well-known models", () => {
  test("special tokens, lists, methods of texts, and a refusal", () => {
    const messages = [
      { role: "system", content: "Be short." },
      { role: "user", content: " Hi " },
      { role: "assistant", content: "Hello" },
      { role: "user", content: "Who?" },
    ] as const;
    expect(prompt(STRICT, { messages: [...messages] })).toBe(
      "<s>[INST] Be short.\n\nHi [/INST] Hello</s>[INST] Who? [/INST]",
    );
    expect(refusal(STRICT, { messages: [messages[2]] })).toMatchObject({
      status: 400,
      error: { message: expect.stringContaining("Roles must alternate"), param: "messages" },
    });
  });

  test("dates, tools, and calls of tools whose arguments are texts", () => {
    const tool = { type: "function", function: { name: "now", parameters: {} } };
    const call = { id: "1", type: "function", function: { name: "now", arguments: '{"zone": "CET"}' } };
    const text = prompt(HEADERS, {
      tools: [tool],
      chat_template_kwargs: { date_string: "26 Jul 2024" },
      messages: [
        { role: "user", content: "Time?" },
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: "1", content: "12:00" },
      ],
    });
    expect(text).toContain('Today Date: 26 Jul 2024\n{\n    "type": "function"');
    expect(text).toContain('{"name": "now", "parameters": {"zone": "CET"}}<|eot_id|>');
    expect(text).toEndWith("12:00<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n");
    expect(prompt(HEADERS, {})).toMatch(/Today Date: \d\d [A-Z][a-z][a-z] \d{4}\n<\|eot_id\|>/);
    expect(refusal(HEADERS, { messages: [{ role: "assistant", tool_calls: [call, call] }] })).toMatchObject({
      status: 400,
    });
  });

  test("variables of the caller", () => {
    expect(prompt(THINKING, {})).toEndWith("<|im_start|>assistant\n");
    expect(prompt(THINKING, { chat_template_kwargs: { enable_thinking: false } })).toEndWith("<think>\n\n</think>\n\n");
    expect(prompt(THINKING, { add_generation_prompt: false })).toEndWith("Hi<|im_end|>\n");
  });

  test("they cannot replace what the request says", () => {
    expect(prompt(THINKING, { chat_template_kwargs: { messages: [], raise_exception: 1 } })).toContain("Hi");
  });
});

test("parts of a message are one text, unless the template reads them", () => {
  const content = [
    { type: "text", text: "one" },
    { type: "text", text: "two" },
  ];
  const messages = [{ role: "user" as const, content }];
  expect(prompt(THINKING, { messages })).toContain("one\ntwo<|im_end|>");
  expect(prompt(PARTS, { messages })).toBe("user:[one][two];");
});

test("the developer is the system for templates that know no developer", () => {
  const messages = [{ role: "developer" as const, content: "Be kind." }];
  expect(prompt(THINKING, { messages })).toStartWith("<|im_start|>system\nBe kind.");
  const knows = `${THINKING}{# 'developer' #}{% if messages[0].role == 'developer' %}{% endif %}`;
  expect(prompt(knows, { messages })).toStartWith("<|im_start|>developer\n");
});

test("the model goes on with the last message if it is asked to", () => {
  const messages = [
    { role: "user" as const, content: "Count." },
    { role: "assistant" as const, content: "One, two," },
  ];
  expect(prompt(THINKING, { messages, continue_final_message: true })).toEndWith("<|im_start|>assistant\nOne, two,");
  const both = { messages, continue_final_message: true, add_generation_prompt: true };
  expect(refusal(THINKING, both)).toMatchObject({ status: 400, error: { param: "continue_final_message" } });
  expect(refusal(THINKING, { continue_final_message: true })).toMatchObject({ status: 400 });
});

test("tools have a template of their own where the model has one", () => {
  const sources = { default: "plain", tool_use: "tools" };
  const tools = [{ type: "function", function: { name: "f" } }];
  expect(prompt(sources, {})).toBe("plain");
  expect(prompt(sources, { tools })).toBe("tools");
  expect(prompt(sources, { tools, tool_choice: "none" })).toBe("plain");
});

test("a template that fails is the request's failure, with the reason", () => {
  expect(refusal("{{ nothing.at.all() }}", {})).toMatchObject({ status: 400, error: { param: "messages" } });
  expect(refusal("{% for i in range(100000000) %}{% endfor %}", {})).toMatchObject({
    status: 400,
    error: { message: expect.stringContaining("too many") },
  });
});

test("dates are written as Python writes them, in English", () => {
  const date = new Date(2026, 2, 5, 0, 7, 9);
  expect(strftime(date, "%A, %d %B %Y")).toBe("Thursday, 05 March 2026");
  expect(strftime(date, "%a %b %-d %y %I:%M:%S %p %H %j %m%%%Q")).toBe("Thu Mar 5 26 12:07:09 AM 00 064 03%%Q");
});
