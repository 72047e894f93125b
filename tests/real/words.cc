#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <vector>

int main() {
    std::map<std::string, int> count;
    std::string word;
    while (std::cin >> word) count[word]++;
    std::vector<std::pair<int, std::string>> order;
    for (auto &[text, times] : count) order.emplace_back(-times, text);
    std::sort(order.begin(), order.end());
    for (auto &[times, text] : order) std::cout << -times << ' ' << text << '\n';
}
