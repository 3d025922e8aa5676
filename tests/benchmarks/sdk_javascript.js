// The official JavaScript SDK at the work of the comparison.
//
//   node sdk_javascript.js single|batch READY ORDERS LANES RUN
//
// Its check of the host name is met by saying so: the server is on loopback.
"use strict";

const IA = require("@intacct/intacct-sdk");
const Endpoint = require("@intacct/intacct-sdk/dist/Credentials/Endpoint").default;

Endpoint.isDomainValid = () => true;

const [mode, readyText, ordersText, lanesText, run] = process.argv.slice(2);
const ready = JSON.parse(readyText);
const orders = Number(ordersText);
const lanes = Number(lanesText);
const { AccountsReceivable: AR, OrderEntry: OE, Common } = IA.Functions;
const BATCH = 10;
const DAY = new Date("2026-11-20T00:00:00Z");
const DUE = new Date("2026-12-20T00:00:00Z");

function made(Kind, members) {
  return Object.assign(new Kind(), members);
}

function customerId(number) {
  return `${number % BATCH < 5 ? "OLD" : "NEW"}-${run}-${number}`;
}

function lookUp(customer) {
  return made(Common.ReadByQuery, {
    objectName: "CUSTOMER",
    fields: ["RECORDNO", "CUSTOMERID"],
    query: new Common.Query.QueryString(`CUSTOMERID = '${customer}'`),
  });
}

function newCustomer(customer) {
  return made(AR.CustomerCreate, {
    customerId: customer,
    customerName: customer,
    printAs: customer,
    primaryEmailAddress: `${customer}@example.com`,
    paymentTerm: "Net 30",
  });
}

function salesOrder(customer, reference) {
  const line = { itemId: "TEE", quantity: 2, unit: "Each", price: 25, locationId: "110" };
  return made(OE.OrderEntryTransactionCreate, {
    transactionDefinition: "Sales Order",
    transactionDate: DAY,
    customerId: customer,
    referenceNumber: reference,
    paymentTerm: "Net 30",
    lines: [made(OE.OrderEntryTransactionLineCreate, line)],
  });
}

function invoice(customer, reference) {
  const line = { glAccountNumber: "4000", transactionAmount: 50, locationId: "110" };
  return made(AR.InvoiceCreate, {
    customerId: customer,
    transactionDate: DAY,
    dueDate: DUE,
    invoiceNumber: reference,
    lines: [made(AR.InvoiceLineCreate, line)],
  });
}

function payment(customer, reference, key) {
  const applied = made(AR.ArPaymentItem, { applyToRecordId: key, amountToApply: 50 });
  return made(AR.ArPaymentCreate, {
    customerId: customer,
    transactionPaymentAmount: 50,
    bankAccountId: "CLR-SHOPIFY",
    referenceNumber: reference,
    receivedDate: DAY,
    paymentMethod: "Credit Card",
    applyToTransactions: [applied],
  });
}

async function oneByOne(client, numbers) {
  for (const number of numbers) {
    const customer = customerId(number);
    const reference = `${run}-${number}`;
    const found = await client.execute(lookUp(customer));
    if (found.getResult().count === 0) {
      await client.execute(newCustomer(customer));
    }
    await client.execute(salesOrder(customer, reference));
    const answer = await client.execute(invoice(customer, reference));
    await client.execute(payment(customer, reference, answer.getResult().key));
  }
}

async function together(client, numbers) {
  const pairs = numbers.map((number) => [customerId(number), `${run}-${number}`]);
  const found = await client.executeBatch(pairs.map(([customer]) => lookUp(customer)));
  const writes = [];
  found.results.forEach((result, place) => {
    if (result.count === 0) {
      writes.push(newCustomer(pairs[place][0]));
    }
  });
  pairs.forEach(([customer, reference]) => writes.push(salesOrder(customer, reference)));
  pairs.forEach(([customer, reference]) => writes.push(invoice(customer, reference)));
  const written = await client.executeBatch(writes);
  written.results.forEach((result) => result.ensureStatusSuccess());
  const keys = written.results.slice(-pairs.length).map((result) => result.key);
  const paid = await client.executeBatch(
    pairs.map(([customer, reference], place) => payment(customer, reference, keys[place])),
  );
  paid.results.forEach((result) => result.ensureStatusSuccess());
}

async function main() {
  const config = new IA.ClientConfig();
  config.senderId = ready.sender_id;
  config.senderPassword = ready.sender_password;
  config.companyId = ready.company_id;
  config.userId = ready.user_id;
  config.userPassword = ready.user_password;
  config.endpointUrl = ready.xml_url;
  const client = new IA.OnlineClient(await IA.SessionProvider.factory(config));
  await client.execute(lookUp("OLD"));
  const work = mode === "batch" ? together : oneByOne;
  const groups = [];
  const size = mode === "batch" ? BATCH : 1;
  for (let at = 0; at < orders; at += size) {
    groups.push(Array.from({ length: Math.min(size, orders - at) }, (_, place) => at + place));
  }
  const wall = process.hrtime.bigint();
  const before = process.cpuUsage();
  const lane = async () => {
    for (let group = groups.shift(); group; group = groups.shift()) {
      await work(client, group);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const used = process.cpuUsage(before);
  const took = Number(process.hrtime.bigint() - wall) / 1e9;
  const processor = (used.user + used.system) / 1e6;
  console.log(JSON.stringify({ wall_seconds: took, processor_seconds: processor }));
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
